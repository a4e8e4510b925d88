FROM alpine
LABEL a=b "c d"="e f" g='h i' j.k-l=m\
  n="o \
p"
LABEL q r s
