import type { SeedFormat } from '../../model/image.ts';

/** What a seed of each format says at its end, so that the machine reports that it is installed. docs/config.md explains it. */
export const REPORT_LINES: Readonly<Record<Exclude<SeedFormat, 'none'>, string>> = {
  preseed: 'd-i preseed/late_command string wget -q -O /dev/null --post-data= @PXECTL_REPORT@/done',
  autoinstall: "late-commands: ['curl -fsS -X POST @PXECTL_REPORT@/done']",
  kickstart: '%post\ncurl -fsS -X POST @PXECTL_REPORT@/done\n%end',
  autoyast:
    '<script><source>curl -fsS -X POST @PXECTL_REPORT@/done</source></script> in <scripts><post-scripts>',
  ignition: 'a systemd unit that runs once: ExecStart=/usr/bin/curl -fsS -X POST @PXECTL_REPORT@/done',
  alpine: 'wget -q -O /dev/null --post-data= @PXECTL_REPORT@/done || true',
  talos: 'nothing: Talos reports nothing by itself; pxectl machines disarm NAME when it is up',
};
