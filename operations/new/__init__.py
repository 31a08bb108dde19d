"""Write the first stack file of an application, from flags, questions, and what a compose file or a Dockerfile says."""
