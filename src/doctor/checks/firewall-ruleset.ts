/** One rule; its expressions are written as `nft -j` writes them, whichever program the rule came from. */
export interface FirewallRule {
  readonly expressions: readonly unknown[];
  /** the rule for the user */
  readonly shown: string;
}

export interface FirewallChain {
  /** `ip filter INPUT`: family, table and name */
  readonly key: string;
  /** undefined: only other chains lead to it */
  readonly hook: string | undefined;
  readonly priority: number;
  readonly policy: string | undefined;
}

/** The chains of a firewall and their rules, both by the chain's key. */
export interface FirewallRuleset {
  readonly chains: ReadonlyMap<string, FirewallChain>;
  readonly rules: ReadonlyMap<string, readonly FirewallRule[]>;
}
