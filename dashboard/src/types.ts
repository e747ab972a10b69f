// The answers of the API, as far as the dashboard reads them (openapi/).

export type Label = "Very Positive" | "Positive" | "Neutral" | "Negative" | "Very Negative";
export type Outcome = "resolved" | "unresolved" | "escalated" | "abandoned" | "open";
export type Distribution = Record<Label, number>;

export interface Chatbot {
  id: string;
  name: string;
  archived: boolean;
}

export interface SignedIn {
  workspaceId: string;
  key: { id: string; name: string; api_key_prefix: string };
  administers: boolean;
  chatbots: Chatbot[];
  csrf: string | null;
}

export interface Summary {
  conversations: number;
  messages: number;
  avgSentiment: number | null;
  sentimentDistribution: Distribution;
  outcomes: Record<Outcome, number>;
  resolutionRate: number | null;
}

export interface PeriodSummary extends Summary {
  from: string;
  to: string;
  /** Conversations that were imported without analysis. */
  notAnalysed: number;
  feedback: { positive: number; negative: number };
}

export interface PeriodOverview {
  current: PeriodSummary;
  previous: PeriodSummary;
  /** Each with how many conversations began in each of its hours. */
  days: (Summary & { date: string; hours: number[] })[];
  waiting: number;
}

export interface Flags {
  from: string;
  to: string;
  conversations: number;
  messages: number;
  flags: {
    flag: string;
    conversations: number;
    messages: number;
    conversationRate: number | null;
    messageRate: number | null;
    overTime: { date: string; conversations: number; messages: number }[];
  }[];
}

export interface ReplyFigures {
  messages: number;
  rate: number | null;
  overTime: { date: string; messages: number }[];
}

export interface Outcomes {
  from: string;
  to: string;
  conversations: number;
  resolutionRate: number | null;
  outcomes: { outcome: Outcome; conversations: number; rate: number | null; overTime: { date: string; conversations: number }[] }[];
  replies: {
    messages: number;
    resolutionRate: number | null;
    outcomes: (ReplyFigures & { outcome: string })[];
    behaviours: (ReplyFigures & { behaviour: string })[];
  };
}

export interface TopicName {
  id: string;
  name: string;
}

export interface Topic extends Summary {
  id: string;
  name: string;
  declared: boolean;
  parent: TopicName | null;
  opportunity: number | null;
  trend: { direction: "rising" | "steady" | "falling" | null; weeks: { week: string; conversations: number }[] };
  samples: { id: string; externalId: string | null; startedAt: string | null; avgSentiment: number | null; outcome: Outcome | null }[];
}

export interface Topics {
  weeks: string[];
  topics: Topic[];
  total: number;
}

export interface Found {
  id: string;
  chatbotId: string;
  externalId: string | null;
  dialect: string;
  user: { id: string | null; name: string | null; email: string | null; plan: string | null } | null;
  organization: { id: string | null; name: string | null; plan: string | null } | null;
  channel: { id: string; name: string | null } | null;
  startedAt: string | null;
  lastMessageAt: string | null;
  createdAt: string;
  messages: number;
  avgSentiment: number | null;
  label: Label | null;
  outcome: Outcome | null;
  topics: TopicName[];
  flags: string[];
  analysisPending: boolean;
  analysisFailed: string | null;
}

export interface FoundPage {
  conversations: Found[];
  nextCursor?: string;
}

export interface Matched extends Found {
  match: { messageId: string; snippet: string } | null;
}

export interface MatchedPage {
  conversations: Matched[];
  nextCursor?: string;
}

export interface Listed {
  id: string;
  external_conversation_id: string | null;
  external_user_id: string | null;
  message_count: number;
  first_message_at: string | null;
  last_message_at: string | null;
}

export interface ListedPage {
  conversations: Listed[];
  total: number;
  nextCursor?: string;
}

export interface Tool {
  id?: string;
  name?: string;
  input?: unknown;
  output?: unknown;
  error?: boolean;
}

export interface Attachment {
  type: string;
  name?: string;
  url?: string;
  mimeType?: string;
  id?: string;
  digest?: string;
  latitude?: number;
  longitude?: number;
}

export interface Message {
  id: string;
  role: string;
  content: string | null;
  external_message_id: string | null;
  created_at: string;
  tools?: Tool[];
  attachments?: Attachment[];
  reasoning?: string;
  agent?: boolean;
}

export interface Transcript extends Listed {
  kind: string;
  user: Record<string, string | number>;
  organization: Record<string, string | number>;
  session: Record<string, string | number>;
  custom: Record<string, string | number | boolean>;
  analysis_pending: boolean;
  analysis_failed: string | null;
  messages: Message[];
  events: ({ id: string; event: string; created_at: string } & Record<string, unknown>)[];
  nextCursor?: string;
}

export interface Judge {
  provider: string | null;
  model: string | null;
  version: string | null;
  note: string | null;
}

export interface Result extends Judge {
  score?: number | null;
  label?: Label | null;
  reasoning?: string;
  sentiments?: { score: number; textChunk: string; reasoning: string }[];
  intent?: string | null;
  topics?: TopicName[];
  flags?: string[];
  language?: string | null;
  behaviour?: string | null;
  outcome?: string | null;
}

export interface Analysis extends Judge {
  id: string;
  avgSentiment: number | null;
  label: Label | null;
  outcome: Outcome | null;
  topics: TopicName[];
  flags: string[];
  firstBadTurn: { id: string } | null;
  trend: string | null;
  summary: string;
  analysisPending: boolean;
  analysisFailed: string | null;
  corrections?: Correction[];
  messages: { id: string; role: string; createdAt: string; result: Result | null; feedback: { positive: number; negative: number }; corrections?: Correction[] }[];
  nextCursor?: string;
}

export interface Person extends Summary {
  id: string;
  name: string | null;
  email?: string | null;
  plan: string | null;
  lastSeenAt: string | null;
  flags: { flag: string; conversations: number; messages: number }[];
  feedback: { positive: number; negative: number };
}

export interface PeoplePage {
  users?: Person[];
  organizations?: Person[];
  total?: number;
  totalIsAtLeast?: true;
  nextCursor?: string;
}

export interface ApiKey {
  id: string;
  name: string;
  api_key_prefix: string;
  chatbot_id: string | null;
  permissions: string[];
  kind: string;
  plan: string | null;
  created_at: string;
  expires_at: string | null;
}

export interface AdminChatbot {
  id: string;
  name: string;
  api_key_prefix: string | null;
  settings: Record<string, unknown>;
  created_at: string;
  archived_at?: string;
}

export interface Fields {
  declared: { name: string; type: string; required: boolean }[];
  discovered: { name: string; type: string; first_seen_at: string }[];
  denied: string[];
}

export interface DeclaredTopic {
  id: string;
  name: string;
  phrases: string[];
  parent_id: string | null;
}

export interface AnalyzerChoice {
  analyzer: Record<string, unknown>;
  today: { spentUsd: number; calls: number; tokens: number };
}

export interface Responder {
  url: string;
  enabled: boolean;
  secret_rotated_at: string | null;
}

export interface AuditLog {
  entries: {
    id: string;
    created_at: string;
    actor: string;
    actor_key_prefix: string | null;
    action: string;
    object_id: string;
    chatbot_id: string | null;
    changed: string[];
  }[];
  nextCursor?: string;
}

export interface Correction {
  id: string;
  finding: string;
  value: boolean | number | string;
  author: string | null;
  comment: string | null;
  updatedAt: string;
}

export interface GivenScore {
  id: string;
  name: string;
  dataType: "NUMERIC" | "BOOLEAN" | "CATEGORICAL" | "TEXT";
  value: boolean | number | string;
  source: string;
  messageId: string | null;
  finding: string | null;
  author: string | null;
  userId: string | null;
  comment: string | null;
  updatedAt: string;
  readOnly: boolean;
}

export interface ScorePage {
  data: GivenScore[];
  nextCursor?: string;
}

export interface ScoreFigures {
  scores: { name: string; dataType: string; count: number; mean: number | null; buckets: { value: string; count: number }[] }[];
}

export interface Agreed {
  count: number;
  share: number | null;
  kappa: number | null;
  table: { first: string; second: string; count: number }[];
}

export interface Agreement {
  findings: { on: string; finding: string; judged: Agreed; reviewed: Agreed }[];
}

export interface Destination {
  id: string;
  type: string;
  name: string;
  url: string | null;
  arn: string | null;
  enabled: boolean;
  disabledReason: string | null;
}

export interface Rule {
  id: string;
  kind: string;
  name: string;
  enabled: boolean;
  destinations: string[];
  includeText: boolean;
  status?: { state: string; since: string; value: number | null; sample: number; reason: string | null } | null;
}

export interface RuleTemplate {
  id: string;
  name: string;
  category: string;
  rule: Record<string, unknown>;
}

export interface Run {
  id: string;
  ruleId: string;
  destinationId: string;
  type: string;
  status: "pending" | "success" | "failed" | "skipped";
  createdAt: string;
  count: number;
  attempts: { at: string; status: number | null; ms: number; error: string | null }[];
  error: string | null;
}

export interface Runs {
  runs: Run[];
  nextCursor?: string;
}
