"""Background work: features say what can be done, pages start it, a worker does it. No web in here.

What is to be done, how far it is and what came of it are rows (`storage.jobs`); the queue only wakes
workers. `starting` is for services, `running` for what is done, `working` for the worker itself.
"""
