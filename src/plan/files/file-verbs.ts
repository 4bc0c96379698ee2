import type { FileUse } from "../../../schemas/plan.ts";

/** Marks of lists and boxes before a verb. */
const marks = String.raw`^(?:[^\p{L}\p{N}]|x\])*`;
const starting = (words: string) => new RegExp(`${marks}(?:${words})`, "iu");

/** Lines about files that name none that the task uses. */
const apart = starting(
  String.raw`(?:run|build|verify|check|grep|depends|no|none|n/a|do not|don['’]t|never|must not|avoid|not? to)\b|不要|不修改|不改|不动|勿|禁止|运行|验证|无`,
);
const verbs: readonly (readonly [FileUse, RegExp])[] = [
  [
    "read",
    starting(
      String.raw`read|refer|see\b|consult|keep\b|leave\b|unchanged|existing|inspect|review\b|context(?=\s*[:：]|$)|读取|只读|参考|查看|保留|保持|现有|扫描`,
    ),
  ],
  ["test", starting(String.raw`tests?\b|测试`)],
  [
    "create",
    starting(String.raw`creat|new\b|add(?:ed)?\b(?!\s+to)|generat|writ|创建|新建|新增|添加|生成|编写`),
  ],
  [
    "modify",
    starting(
      String.raw`modif|edit|updat|chang|delet|remov|renam|move|extend|append|replac|rewrit|add\s+to|修改|更新|编辑|改动|重写|删除|移除|移动|重命名|追加|调整|扩展`,
    ),
  ],
];

/** How a task uses files, by the first word of a line, label or remark. */
export const useIn = (text: string): FileUse | undefined => verbs.find(([, verb]) => verb.test(text))?.[0];

export const namesNoUse = (text: string): boolean => apart.test(text);

/** Texts in which nobody would look for a path: `All changed files`, `(verification only)`. */
const collective = starting(
  String.raw`(?:all|any|every|each|same|various|possibly|maybe|as|see|verif\p{L}*|none|only|tests? only)\b|없음|なし|同上`,
);
export const promisesNone = (text: string): boolean =>
  namesNoUse(text) ||
  collective.test(text) ||
  !/[\p{L}\p{N}]/u.test(text.replace(/[(（][^()（）]*[)）]/g, ""));

/** `Files`, `Files to create`, `Modified files`, `Files (new)`; in Chinese `文件`, `涉及文件`. */
const kinds =
  "new|modified|changed|created|updated|edited|deleted|removed|target|affected|touched|involved|output|tests?";
const filesLabel = new RegExp(
  String.raw`${marks}(?:(?:${kinds})\s+)?files?(?:\(s\))?(?:\s*[(/&,+—–-][^:：]{0,80}|\s+(?:to|not|that|for|in|${kinds}|changes?|scope|list|unchanged)\b[^:：]{0,80})?$|${marks}(?:涉及|目标|相关|受影响|变更|改动|修改|新建|新增|创建|删除|测试|输出)?的?文件(?:范围|清单|列表)?\s*$`,
  "iu",
);
/** A verb alone: `Create`, `Modify file`. */
const verbLabel = new RegExp(
  String.raw`${marks}(?:create|new|add|modify|edit|update|change|delete|remove|rename|move|extend|tests?|read|创建|新建|新增|修改|更新|编辑|删除|测试)(?:\s+files?)?(?:\s*\([^()]{0,40}\))?\s*$`,
  "iu",
);

/** A label of files, and how the task uses them. */
export interface FilesLabel {
  readonly use: FileUse;
  /** Whether the label is only a verb: after it, only texts that are files in any context count. */
  readonly isVerb: boolean;
}

export function filesLabelIn(text: string): FilesLabel | undefined {
  if (text.length > 200) return undefined;
  const label = text.trim().replace(/\s*[:：]$/, "");
  const isVerb = verbLabel.test(label);
  if (!isVerb && !filesLabel.test(label)) return undefined;
  const verb = label.replace(/^[^\p{L}]*files?\b[^\p{L}]{0,3}(?:to\s+(?:be\s+)?)?/iu, "");
  return namesNoUse(verb) ? undefined : { use: useIn(verb) ?? useIn(label) ?? "modify", isVerb };
}
