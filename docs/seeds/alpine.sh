#!/bin/sh
# An unattended installation of Alpine: pxectl puts this script into an overlay (apkovl) for the system that was booted from
# the network, and it runs there once, as root. What setup-alpine asks: https://docs.alpinelinux.org/user-handbook/0.1a/Installing/setup_alpine.html
# pxectl fills in what stands in double braces, for each machine. What differs between machines belongs into vars: of
# pxectl.yaml: vars: { disk: /dev/nvme0n1 } there, and vars.disk in double braces here.

# nothing is typed, and nothing runs twice
exec < /dev/null
rm -f /etc/local.d/pxectl.start /etc/runlevels/default/local

# pxectl watch shows how far it is; whatever becomes of that, the installation goes on
tell() { wget -q -O /dev/null --post-data="$1" {{report}}/progress || true; }
fail() { wget -q -O /dev/null --post-data="$1 failed" {{report}}/failed || true; exit 1; }

# pxectl machines show has what it finds in the machine
wget -q -O /dev/null --post-data="$(read -r _ kb _ < /proc/meminfo; echo memoryMiB=$((kb / 1024)); echo disks=$(ls -d /sys/block/*/device | cut -d/ -f4) | tr ' ' ,)" {{report}}/hardware || true
tell '5% setting up'
cat > /tmp/answers << 'END'
KEYMAPOPTS="us us"
HOSTNAMEOPTS={{shell machine.name}}
DEVDOPTS=mdev
INTERFACESOPTS="auto lo
iface lo inet loopback

auto eth0
iface eth0 inet dhcp
"
TIMEZONEOPTS="Etc/UTC"
PROXYOPTS=none
APKREPOSOPTS="-1"
USEROPTS="-a -u ada"
SSHDOPTS=openssh
ROOTSSHKEY=none
NTPOPTS=chrony
DISKOPTS=none
LBUOPTS=none
APKCACHEOPTS=none
END
setup-alpine -e -f /tmp/answers || fail setup-alpine

# no password: SSH keys alone let in. openssl passwd -6 makes one: echo 'ada:…' | chpasswd -e
echo 'permit nopass ada' > /etc/doas.d/90-ada.conf
passwd -l root
mkdir -p /home/ada/.ssh
cat > /home/ada/.ssh/authorized_keys << 'END'
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEE ada@lab
END
chown -R ada:ada /home/ada/.ssh
chmod -R go= /home/ada/.ssh

# THIS DISK IS WIPED
disk=/dev/sda
tell '30% installing to the disk'
ERASE_DISKS="$disk" setup-disk -m sys "$disk" || fail setup-disk

# the last one: it is installed, and the next network boot starts its disk
wget -q -O /dev/null --post-data= {{report}}/done || true
reboot
