FROM alpine
RUN echo a # b
RUN echo a#b
RUN # a
USER x
