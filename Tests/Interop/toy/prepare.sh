sort raw.txt > data.txt
