FROM alpine
COPY --fr\
om=a b \
  --c d
USER x
