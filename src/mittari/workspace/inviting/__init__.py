"""Asking people by themselves, put together: the facts that it looks at, the job that decides, the threads that run."""
