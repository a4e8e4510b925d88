FROM a
CMD ["b"]