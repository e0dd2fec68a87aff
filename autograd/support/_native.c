/* What the compiled engine needs that Python can't say.

   A graph has no reference cycles and is freed by reference counting alone, but the garbage collector would look at
   every node of it again and again while it grows: half the time of a graph of 10^5 operations, three quarters of
   10^6. So nodes are made off its lists, and only those that could be part of a cycle are put on them.

   An operator with a plain number on the left should cost what it costs with one on the right.

   And mypyc's setter of a property, told to delete it, reads a null pointer. */

#include <Python.h>
#include <string.h>

static PyObject *
allocate_untracked(PyTypeObject *type, Py_ssize_t Py_UNUSED(items))
{
    PyObject *made = PyObject_GC_New(PyObject, type);
    if (made != NULL) {
        memset((char *)made + sizeof(PyObject), 0, type->tp_basicsize - sizeof(PyObject));
    }
    return made;
}

/* Freed nodes are kept for the next graph: memory that was returned comes back a page fault at a time. */

#define MOST_KEPT (1 << 17) /* 19 MB */

static PyObject *kept = NULL;
static int kept_count = 0;

#define NEXT(node) (*(PyObject **)((char *)(node) + sizeof(PyObject)))

static PyObject *
allocate_node(PyTypeObject *type, Py_ssize_t items)
{
    PyObject *made = kept;
    if (made == NULL) {
        return allocate_untracked(type, items);
    }
    kept = NEXT(made);
    kept_count--;
    memset((char *)made + sizeof(PyObject), 0, type->tp_basicsize - sizeof(PyObject));
    _Py_NewReference(made);
    return made;
}

static void
free_node(void *node)
{
    if (kept_count >= MOST_KEPT) {
        PyObject_GC_Del(node);
        return;
    }
    memset((uintptr_t *)node - 2, 0, 2 * sizeof(uintptr_t)); /* the collector's links */
    NEXT(node) = kept;
    kept = node;
    kept_count++;
}

/* They are freed one after the other, not one within the other: no recursion, and the next graph finds them in the order
   of memory. A node that waits is linked by the collector's second word, which an untracked object has no use for. */

static destructor compiled_dealloc = NULL;
static PyObject *waiting = NULL;
static int freeing = 0;

#define WAITS_BEFORE(node) (((PyObject **)(node))[-1])

static void
free_in_turn(PyObject *node)
{
    PyObject_GC_UnTrack(node);
    WAITS_BEFORE(node) = waiting;
    waiting = node;
    if (freeing) {
        return;
    }
    freeing = 1;
    while (waiting != NULL) {
        node = waiting;
        waiting = WAITS_BEFORE(node);
        WAITS_BEFORE(node) = NULL;
        compiled_dealloc(node);
    }
    freeing = 0;
}

static PyObject *
free_afresh(PyObject *module, PyObject *Py_UNUSED(nothing))
{
    freeing = 0;
    Py_RETURN_NONE;
}

/* `1.0 * y` asks y's class, whose compiled operator first asks at length whether 1.0 is of that class, too. */

typedef PyObject *(*fast_method)(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *keywords);

#define REFLECTED(slot) \
    static binaryfunc compiled_##slot; \
    static fast_method reflected_##slot; \
    static PyObject *answer_##slot(PyObject *left, PyObject *right) \
    { \
        if (PyFloat_CheckExact(left) || PyLong_CheckExact(left)) { \
            return reflected_##slot(right, &left, 1, NULL); \
        } \
        return compiled_##slot(left, right); \
    }

REFLECTED(nb_add)
REFLECTED(nb_subtract)
REFLECTED(nb_multiply)
REFLECTED(nb_true_divide)

static void
answer(PyTypeObject *type, const char *name, fast_method *reflected, binaryfunc *compiled, binaryfunc *slot,
       binaryfunc answering)
{
    for (PyMethodDef *method = type->tp_methods; method != NULL && method->ml_name != NULL; method++) {
        if (strcmp(method->ml_name, name) == 0 && method->ml_flags == (METH_FASTCALL | METH_KEYWORDS)) {
            *reflected = (fast_method)(void (*)(void))method->ml_meth;
            *compiled = *slot;
            *slot = answering;
        }
    }
}

#define ANSWER(type, slot, name) \
    answer(type, name, &reflected_##slot, &compiled_##slot, &type->tp_as_number->slot, answer_##slot)

static PyObject *
answer_numbers(PyObject *module, PyObject *compiled_class)
{
    PyTypeObject *type = (PyTypeObject *)compiled_class;
    ANSWER(type, nb_add, "__radd__");
    ANSWER(type, nb_subtract, "__rsub__");
    ANSWER(type, nb_multiply, "__rmul__");
    ANSWER(type, nb_true_divide, "__rtruediv__");
    Py_RETURN_NONE;
}

static int
set_but_never_delete(PyObject *self, PyObject *value, void *compiled_setter)
{
    if (value == NULL) {
        PyErr_Format(PyExc_AttributeError, "attributes of a %s can't be deleted", Py_TYPE(self)->tp_name);
        return -1;
    }
    return ((setter)compiled_setter)(self, value, NULL); /* which has no use for a closure of its own */
}

static PyObject *
keep_attributes(PyObject *module, PyObject *type)
{
    for (PyGetSetDef *entry = ((PyTypeObject *)type)->tp_getset; entry != NULL && entry->name != NULL; entry++) {
        if (entry->set != NULL && entry->set != set_but_never_delete) {
            entry->closure = (void *)entry->set;
            entry->set = set_but_never_delete;
        }
    }
    Py_RETURN_NONE;
}

static PyObject *
make_untracked(PyObject *module, PyObject *type)
{
    ((PyTypeObject *)type)->tp_alloc = allocate_untracked;
    Py_RETURN_NONE;
}

static PyObject *
make_nodes(PyObject *module, PyObject *type)
{
#ifdef Py_GIL_DISABLED
    ((PyTypeObject *)type)->tp_alloc = allocate_untracked;
#else
    ((PyTypeObject *)type)->tp_alloc = allocate_node;
    ((PyTypeObject *)type)->tp_free = free_node;
    compiled_dealloc = ((PyTypeObject *)type)->tp_dealloc;
    ((PyTypeObject *)type)->tp_dealloc = free_in_turn;
#endif
    Py_RETURN_NONE;
}

static PyObject *
untrack(PyObject *module, PyObject *const *things, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        if (PyObject_IS_GC(things[i])) {
            PyObject_GC_UnTrack(things[i]);
        }
    }
    Py_RETURN_NONE;
}

static PyObject *
track(PyObject *module, PyObject *const *things, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        if (PyObject_IS_GC(things[i]) && !PyObject_GC_IsTracked(things[i])) {
            PyObject_GC_Track(things[i]);
        }
    }
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"answer_numbers", answer_numbers, METH_O, "Operators of this compiled class answer a plain number at once."},
    {"free_afresh", free_afresh, METH_NOARGS, "After a fork: no thread is freeing nodes."},
    {"keep_attributes", keep_attributes, METH_O, "No attribute of this compiled class can be deleted."},
    {"make_untracked", make_untracked, METH_O, "Objects of this compiled class are made off the collector's lists."},
    {"make_nodes", make_nodes, METH_O, "The same, and freed ones are used again. For one class alone."},
    {"untrack", (PyCFunction)(void (*)(void))untrack, METH_FASTCALL, "Take objects off the collector's lists."},
    {"track", (PyCFunction)(void (*)(void))track, METH_FASTCALL, "Put objects on the collector's lists."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "autograd.support._native", .m_methods = functions,
};

PyMODINIT_FUNC
PyInit__native(void)
{
    return PyModuleDef_Init(&definition);
}
