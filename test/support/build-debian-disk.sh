#!/bin/sh
# Builds what the test's installer puts on a disk. Usage: build-debian-disk.sh FOLDER KERNEL_VERSION
#   disk.img     MBR with GRUB, an EFI system partition with GRUB, and a Debian 12 whose login is on the serial port
#   modules.tar  the drivers of disk and file system that Debian's installer would load from udebs
set -eu
folder=$1 version=$2
root=$folder/root
mkdir -p "$folder" "$folder/kernel" "$folder/initrd/modules"
cd "$folder"

apt-get -q download "linux-image-$version" >/dev/null
dpkg-deb -x ./linux-image-*.deb kernel
depmod -b kernel "$version"
# in the order in which they can be loaded
for module in ata_piix ahci sd_mod ext4 crc32c_generic; do
  modprobe --dirname kernel --set-version "$version" --show-depends "$module"
done | sed -n 's/^insmod //p' | awk '!seen[$1]++ { print $1 }' >modules.list
number=10
while read -r file; do
  cp "$file" "initrd/modules/$number-${file##*/}"
  number=$((number + 1))
done <modules.list
tar -C initrd -cf modules.tar modules

debootstrap --variant=minbase --include=sysvinit-core bookworm "$root" http://deb.debian.org/debian >debootstrap.log 2>&1
rm -rf "$root/usr/share/doc" "$root/usr/share/man" "$root/usr/share/locale" "$root/var/lib/apt/lists" \
  "$root/var/cache/apt/archives"
mkdir -p "$root/var/lib/apt/lists" "$root/var/cache/apt/archives"
echo 'S0:2345:respawn:/sbin/agetty -L 115200 ttyS0 vt102' >>"$root/etc/inittab"

mkdir -p initrd/bin initrd/proc initrd/sys initrd/dev initrd/root
cp /bin/busybox initrd/bin/busybox
cat >initrd/init <<'EOF'
#!/bin/busybox sh
export PATH=/bin
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
for module in /modules/*; do insmod "$module"; done
until mount -t ext4 /dev/sda2 /root 2>/dev/null; do sleep 0.2; done
mount --move /dev /root/dev
exec switch_root /root /sbin/init
EOF
chmod +x initrd/init
(cd initrd && bsdtar --format newc -cf - bin dev proc sys root modules init) | gzip -1 >"$root/boot/initrd.gz"
cp "kernel/boot/vmlinuz-$version" "$root/boot/vmlinuz"

cat >grub.cfg <<'EOF'
serial --unit=0 --speed=115200
terminal_output serial
set root=(hd0,msdos2)
echo GRUB OF THE INSTALLED DISK
linux /boot/vmlinuz root=/dev/sda2 console=ttyS0,115200 no_timer_check quiet
initrd /boot/initrd.gz
boot
EOF
grub="part_msdos ext2 fat linux serial terminal echo normal configfile"
grub-mkimage -O i386-pc -p /boot/grub -c grub.cfg -o core.img biosdisk $grub
grub-mkimage -O x86_64-efi -p /EFI/debian -c grub.cfg -o grubx64.efi $grub

mkfs.vfat -C esp.img 8192 >/dev/null
mmd -i esp.img ::/EFI ::/EFI/BOOT
mcopy -i esp.img grubx64.efi ::/EFI/BOOT/BOOTX64.EFI
kib=$(($(du -sk "$root" | cut -f1) * 110 / 100 + 24576))
mke2fs -q -t ext4 -L root -d "$root" root.img "${kib}k"
cat >table <<'EOF'
label: dos
start=2048, size=16384, type=ef, bootable
start=18432, type=83
EOF
truncate -s "$((9216 + kib))K" disk.part
sfdisk -q disk.part <table
dd if=/usr/lib/grub/i386-pc/boot.img of=disk.part bs=440 count=1 conv=notrunc status=none
dd if=core.img of=disk.part bs=512 seek=1 conv=notrunc status=none
dd if=esp.img of=disk.part bs=1M seek=1 conv=notrunc,sparse status=none
dd if=root.img of=disk.part bs=1M seek=9 conv=notrunc,sparse status=none
rm -rf "$root" kernel initrd root.img esp.img core.img grubx64.efi table ./*.deb
mv disk.part disk.img
