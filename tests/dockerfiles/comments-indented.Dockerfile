FROM alpine
   # a
	# b
RUN c
 #d
