# Ends what works in a directory and removes the directory, once standard input is closed: when the test is done
# with it, or when the test process is gone, however it went. Environment: DIRECTORY, STOP_SIGNAL (a signal's name).

name=${DIRECTORY##*/}

# The processes whose command line or working directory names the directory. The pattern comes from standard
# input, so that grep's own command line does not.
members() {
    {
        printf '%s' "$name" | grep -laF -f - /proc/[0-9]*/cmdline
        find /proc/[0-9]*/cwd -maxdepth 0 -lname "*/$name*"
    } 2>/dev/null | cut -d/ -f3 | sort -u
}

read -r _

for pid in $(members); do
    kill -CONT "$pid"
    kill "-$STOP_SIGNAL" "$pid"
done 2>/dev/null

tries=0
while [ -n "$(members)" ] && [ "$tries" -lt 100 ]; do
    sleep 0.05
    tries=$((tries + 1))
done

for pid in $(members); do
    kill -KILL "$pid"
done 2>/dev/null

rm -rf -- "$DIRECTORY"
