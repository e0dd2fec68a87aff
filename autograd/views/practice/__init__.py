"""Practice: a walk that asks before it shows. What is asked, what is right, the score; terminal and page show it."""
