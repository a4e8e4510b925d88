FROM alpine
RUN <<$A
x
$A
USER x
