FROM alpine
COPYY a b
RUN c
FOO
&& d
