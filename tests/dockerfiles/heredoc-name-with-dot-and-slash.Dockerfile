FROM alpine
COPY <<a.b/c-d_e /f
x
a.b/c-d_e
USER x
