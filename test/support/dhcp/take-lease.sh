#!/bin/sh
# Script of busybox udhcpc: takes the address and the router of the lease, and prints the address.
[ "$1" = bound ] || exit 0
ip address add "$ip/24" dev "$interface" && ip route add default via "$router" && echo "$ip"
