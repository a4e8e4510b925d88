FROM a
RUN b \
  && c

# d
CMD ["e"]
