FROM alpine
ARG A
ARG B=
ARG C=1 D E="x y"
ARG F='a b' \
  G=2
