FROM alpine
<<<<<<< HEAD
RUN a
=======
RUN b
>>>>>>> main
USER x
