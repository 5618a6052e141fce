import type { Session } from '../engine/session.ts';
import { imageUsers } from '../images/image-users.ts';
import { listImages } from '../images/manage-images.ts';
import { CardMakers } from '../machines/inventory/card-makers.ts';
import type { Finding } from '../model/finding.ts';
import type { NetworkTrouble } from '../model/network-trouble.ts';
import { planFor } from '../plan/plan-for.ts';
import type { MacAddress } from '../protocol/addresses.ts';
import type { ControlHandlers, ReplyOf } from './api.ts';
import { SessionBoots, type LatestBoots } from './session-boots.ts';
import type { OpenFindingReply } from './schemas/boots.ts';
import { bootView, wholeBootView } from './views/boot-views.ts';
import { machineViews, unknownViews } from './views/machine-views.ts';
import { planView } from './views/plan-view.ts';

/** What doctor says of a trouble of the network. */
export type ExplainTrouble = (trouble: NetworkTrouble) => Finding;

export type SessionReads = Pick<
  ControlHandlers,
  'machines' | 'boots' | 'boot' | 'findings' | 'transfers' | 'images' | 'plan' | 'events'
>;

/** What can be seen of a session; nothing of it changes anything. */
export function sessionReads(session: Session, explain: ExplainTrouble): SessionReads {
  const boots = new SessionBoots(session);
  const makers = new CardMakers();
  return {
    machines: async () => {
      // what comes while this is put together is told after it
      const lastEventId = session.events.lastId;
      const { config } = session.context;
      const seen = session.seenMachines();
      const { ofCard, ofMachine } = await boots.latest();
      const macs = [...config.machines.flatMap(({ mac }) => mac ?? []), ...seen.keys()];
      const vendors = await makers.of(macs);
      const facts = {
        ...{ config, seen, bootOf: ofMachine, bootOfCard: ofCard, nowMs: Date.now() },
        vendorOf: (mac: MacAddress) => vendors.get(mac),
      };
      return { machines: machineViews(facts), unknown: unknownViews(facts), lastEventId };
    },
    boots: async ({ limit, machine }) => {
      const lastEventId = session.events.lastId;
      return { boots: (await boots.list(limit, machine)).map(bootView), lastEventId };
    },
    boot: async ({ id }) => {
      const found = await boots.find(id);
      return found === undefined ? undefined : wholeBootView(found.boot, found.compared);
    },
    findings: async () => {
      const lastEventId = session.events.lastId;
      const troubles = session.troubles.map((trouble) => ({
        ...{ finding: explain(trouble), machine: null, mac: null, bootId: null, since: trouble.since },
      }));
      return { findings: [...troubles, ...findingsOfBoots(session, await boots.latest())], lastEventId };
    },
    transfers: async () => ({
      transfers: session.transfers().map(({ mac = null, ...transfer }) => ({ mac, ...transfer })),
      toldWhenOver: [...session.toldWhenOver],
    }),
    images: async () => imagesView(session),
    plan: async ({ for: wanted }) => {
      const { context, project } = session;
      const place = { path: project.configPath, stateRoot: project.layout.root };
      // what an order shows is for its machine alone
      const shown = { ...context, orderTokens: new Map<never, never>() };
      return planView(wanted, planFor(shown, { text: project.configText, place }, wanted));
    },
    events: ({ after, recent }, signal, inTurn) =>
      session.events.follow(after ?? session.events.idBefore(recent), signal, inTurn),
  };
}

/** In the last boot of each machine, and of each stranger. */
function* findingsOfBoots(
  { context, seenMachines }: Pick<Session, 'context' | 'seenMachines'>,
  { ofCard, ofMachine }: LatestBoots,
): Generator<OpenFindingReply> {
  const told = new Set<string>();
  const strangers = [...seenMachines().keys()].map(ofCard);
  for (const boot of [...context.config.machines.map(ofMachine), ...strangers]) {
    if (boot === undefined || told.has(boot.id)) continue;
    told.add(boot.id);
    const { id: bootId, mac, machineName, lastEventAt: since } = boot;
    for (const finding of boot.findings) {
      yield { finding, machine: machineName ?? null, mac, bootId, since };
    }
  }
}

async function imagesView({ context, project }: Session): Promise<ReplyOf<'images'>> {
  const images = await listImages(project.layout);
  return {
    images: images.map(({ id, title, distribution, release, architecture, files, boot, ...image }) => ({
      ...{ id, title, distribution, release, architecture, ramMiB: boot.ramMiB },
      sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
      ...{ verification: image.verification, verifiedBy: image.verifiedBy, verifiedAt: image.verifiedAt },
      origin: image.mirror ?? image.origin,
      usedBy: imageUsers(id, context.config),
    })),
  };
}
