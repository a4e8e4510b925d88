FROM alpine
ENV A b c
ENV D "e f" g=h
ENV I j \
  k
