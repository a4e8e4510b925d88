FROM alpine
RUN <<A cat && <<B sh
one
A
two
B
USER x
