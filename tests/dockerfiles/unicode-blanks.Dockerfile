FROM alpine
RUN a
 USER x
USER y
　
CMD z
