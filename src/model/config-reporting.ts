import { type Ipv4Network, networkOf, parseIpv4 } from '../protocol/addresses.ts';
import type { ConfigChecker } from './config-checker.ts';
import { pathText, type ConfigPath } from './config-problems.ts';
import type { ConfigFile } from './config-schema.ts';
import {
  type DashboardListen,
  type MetricsListen,
  NOTICES,
  type Reporting,
  type Webhook,
} from './reporting.ts';
import { explainUnsafe, HOST_NAME, SECRET_NAME, URL_TEXT } from './safe-text.ts';

const DEFAULT_METRICS_PORT = 9469;

/** `dashboard`, `metrics`, `notify` and `traces`. @param httpPort taken on the address of the network */
export function checkReporting(file: ConfigFile, httpPort: number, checker: ConfigChecker): Reporting {
  const dashboard = checkDashboard(file.dashboard ?? {}, httpPort, checker);
  const metrics = checkMetrics(file.metrics, checker);
  const notify = (file.notify ?? []).flatMap((hook, index) => checkWebhook(hook, index, checker) ?? []);
  const traces = file.traces?.endpoint;
  const isEndpoint = traces === undefined || checkUrl(['traces', 'endpoint'], traces, checker);
  return {
    ...(dashboard === undefined ? {} : { dashboard }),
    ...(metrics === undefined ? {} : { metrics }),
    notify,
    ...(traces === undefined || !isEndpoint ? {} : { traces }),
  };
}

function checkDashboard(
  dashboard: NonNullable<ConfigFile['dashboard']>,
  httpPort: number,
  checker: ConfigChecker,
): DashboardListen | undefined {
  if (dashboard === 'off') return undefined;
  const { listen: reach = 'loopback', port, names = [] } = dashboard;
  for (const [index, name] of names.entries()) checker.safe(['dashboard', 'names', index], name, HOST_NAME);
  if (reach === 'lan' && port === httpPort) {
    checker.wrong(['dashboard', 'port'], port, 'machines load their files there', String(httpPort + 1));
  }
  const usual = reach === 'lan' ? httpPort + 1 : httpPort;
  return { reach, port: port ?? usual, isPortGiven: port !== undefined, names };
}

function checkMetrics(metrics: ConfigFile['metrics'], checker: ConfigChecker): MetricsListen | undefined {
  if (metrics === undefined) return undefined;
  const path = ['metrics', 'listen'];
  const [addressText = '', portText = String(DEFAULT_METRICS_PORT), ...rest] = metrics.listen.split(':');
  const address = parseIpv4(addressText);
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
  if (address === undefined || rest.length > 0 || port < 1 || port > 65_535) {
    const why = 'it must be an IPv4 address of this computer, and a port';
    checker.wrong(path, metrics.listen, why, `127.0.0.1:${DEFAULT_METRICS_PORT}`);
    return undefined;
  }
  const allow = (metrics.allow ?? []).flatMap((text, index) => {
    const network = readNetwork(text);
    if (network !== undefined) return [network];
    checker.wrong(
      ['metrics', 'allow', index],
      text,
      'it must be an address or a network, 10.0.0.7 or 10.0.0.0/24',
    );
    return [];
  });
  // guests of the network that machines boot on reach every address of this computer
  if (!address.startsWith('127.') && (metrics.allow ?? []).length === 0) {
    const why = 'beyond this computer, say who may read: metrics.allow, a list of addresses and networks';
    checker.wrong(path, metrics.listen, why, `127.0.0.1:${port}`);
  }
  return { address, port, allow };
}

function readNetwork(text: string): Ipv4Network | undefined {
  const [addressText = '', prefixText = '32', ...rest] = text.split('/');
  const address = parseIpv4(addressText);
  const prefix = /^\d{1,2}$/.test(prefixText) ? Number(prefixText) : 33;
  if (address === undefined || rest.length > 0 || prefix > 32) return undefined;
  return networkOf(address, prefix);
}

function checkWebhook(
  { url, secret, on = [...NOTICES] }: NonNullable<ConfigFile['notify']>[number],
  index: number,
  checker: ConfigChecker,
): Webhook | undefined {
  const at = (key: string): ConfigPath => ['notify', index, key];
  if (!checkUrl(at('url'), url, checker)) return undefined;
  if (secret !== undefined && explainUnsafe(secret, SECRET_NAME) !== undefined) {
    // it may be the secret itself
    const why =
      'the secret stands in a file of this name below secrets/; its name has letters, digits and . _ -';
    checker.refuse(at('secret'), `${pathText(at('secret'))} is no name of a secret`, why);
    return undefined;
  }
  return { url, ...(secret === undefined ? {} : { secret }), on };
}

function checkUrl(path: ConfigPath, url: string, checker: ConfigChecker): boolean {
  checker.safe(path, url, URL_TEXT);
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isHttp = parsed?.protocol === 'http:' || parsed?.protocol === 'https:';
  if (isHttp && parsed.username === '' && parsed.password === '') return true;
  // a password in it would be shown
  if (isHttp) checker.refuse(path, `${pathText(path)} holds a user or password`, 'it is shown in messages');
  else checker.wrong(path, url, 'it must be a URL with http:// or https://');
  return false;
}
