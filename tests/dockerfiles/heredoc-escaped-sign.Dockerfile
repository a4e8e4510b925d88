FROM alpine
RUN echo \<<EOF
USER x
