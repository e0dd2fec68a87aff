/* The one thing the engine needs that Python can't say: take an object off the lists of the garbage collector.

   A graph has no reference cycles and is freed by reference counting alone, but the collector would look at every
   node of it again and again while it grows: half the time of a graph of 10^5 operations, three quarters of 10^6. */

#include <Python.h>

static PyObject *
untrack(PyObject *module, PyObject *thing)
{
    if (PyObject_IS_GC(thing)) {
        PyObject_GC_UnTrack(thing);
    }
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"untrack", untrack, METH_O, "Hide an object from the garbage collector; it must never be part of a cycle."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "autograd.engine._collector", .m_methods = functions,
};

PyMODINIT_FUNC
PyInit__collector(void)
{
    return PyModuleDef_Init(&definition);
}
