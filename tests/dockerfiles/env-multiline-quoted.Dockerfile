FROM alpine
ENV A="one \
two \
  three" B=4
USER x
