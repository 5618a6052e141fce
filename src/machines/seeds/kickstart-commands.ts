/**
 * Commands of kickstart files from Fedora and RHEL 7 on:
 * https://pykickstart.readthedocs.io/en/latest/kickstart-docs.html, chapter 2, with those that were taken out since.
 */
export const KICKSTART_COMMANDS: ReadonlySet<string> = new Set(
  `auth authconfig authselect autopart autostep bootc bootloader btrfs cdrom clearpart cmdline device deviceprobe
  dmraid driverdisk eula fcoe fedora firewall firstboot graphical group halt harddrive hmc ignoredisk install
  interactive iscsi iscsiname keyboard lang langsupport liveimg lilocheck logging logvol mediacheck method module
  monitor mount mouse multipath network nfs nvdimm ostreecontainer ostreesetup part partition poweroff raid rdp
  realm reboot repo reqpart rescue rhsm rootpw selinux services shutdown skipx snapshot sshkey sshpw stage2
  syspurpose text timesource timezone tmpfs unsupported_hardware updates upgrade url user vnc volgroup xconfig
  zerombr zfcp zipl`.split(/\s+/),
);
