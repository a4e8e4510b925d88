FROM alpine
RUN a \  
  b \	
  c \ 	 
USER x
RUN y
