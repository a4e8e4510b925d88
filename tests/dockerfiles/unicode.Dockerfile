FROM alpine
LABEL ü=ß
RUN echo 日本語 \
  && echo 🚀
ENV Ä=1
USER é
