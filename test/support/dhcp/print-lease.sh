#!/bin/sh
# Script of busybox udhcpc: prints what the lease says instead of configuring it.
[ "$1" = bound ] && echo "bound ip=$ip mask=$mask siaddr=$siaddr boot_file=$boot_file lease=$lease"
exit 0
