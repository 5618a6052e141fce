import { createHash } from 'node:crypto';
import { fillHtml, type ReadTemplate } from './template-engine.ts';

/** What a report of a boot tells. Every text is escaped here, whoever made it up. */
export interface BootReport {
  readonly title: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly findings: readonly {
    readonly id: string;
    readonly severity: 'error' | 'warning' | 'info';
    readonly title: string;
    readonly cause: string;
    readonly docs: string;
    readonly evidence: readonly { readonly source: string; readonly text: string }[];
    readonly steps: readonly { readonly text: string; readonly isToCopy: boolean }[];
  }[];
  readonly stages: readonly {
    readonly stage: string;
    readonly after: string;
    readonly took: string;
    readonly usual: string;
    readonly isSlow: boolean;
    readonly detail: string;
    /** thousandths of the whole boot */
    readonly x: number;
    readonly width: number;
  }[];
  readonly events: readonly { readonly after: string; readonly type: string; readonly text: string }[];
  readonly eventsCaption: string;
  readonly versions: readonly string[];
}

/** One HTML file that needs no other, runs nothing and asks nobody. */
export function renderBootReport(report: BootReport, readTemplate: ReadTemplate): string {
  const style = readTemplate('boot-report.css');
  const styleHash = createHash('sha256').update(style).digest('base64');
  return fillHtml(readTemplate('boot-report.html.hbs'), { ...report, style, styleHash });
}
