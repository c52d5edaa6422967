/**
 * What a query costs, near enough to Shopify's published rules (https://shopify.dev/docs/api/usage/limits#calculating-query-cost):
 * scalars 0, objects 1, mutations 10, connections as many as asked for. Shopify's own weights of single fields are unpublished.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isListType,
  isObjectType,
  isUnionType,
  type SelectionSetNode,
  valueFromASTUntyped,
} from "graphql";

const mutationCost = 10;

interface Priced {
  schema: GraphQLSchema;
  document: DocumentNode;
  operationName: string | undefined;
  variables: Record<string, unknown>;
}

/**
 * @param data what came out: then as many as there really are count, instead of as many as were asked for.
 */
export function queryCost({ schema, document, operationName, variables }: Priced, data?: object): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === "FragmentDefinition") fragments.set(definition.name.value, definition);

  const argument = (field: FieldNode, name: string): unknown => {
    const node = field.arguments?.find((one) => one.name.value === name)?.value;
    return node && valueFromASTUntyped(node, variables);
  };

  function ofSelections(set: SelectionSetNode, type: GraphQLCompositeType, value: unknown): number {
    let total = 0;
    let dearest = 0;
    for (const selection of set.selections) {
      if (selection.kind === "Field") {
        total += ofField(selection, type, value);
        continue;
      }
      const fragment = selection.kind === "InlineFragment" ? selection : fragments.get(selection.name.value)!;
      const on = fragment.typeCondition
        ? (schema.getType(fragment.typeCondition.name.value) as GraphQLCompositeType)
        : type;
      const cost = ofSelections(fragment.selectionSet, on, value);
      // Only one of an interface's types can come out.
      if (isAbstractType(type) && on !== type) dearest = Math.max(dearest, cost);
      else total += cost;
    }
    return total + dearest;
  }

  function ofField(field: FieldNode, parent: GraphQLCompositeType, value: unknown): number {
    const definition = isUnionType(parent) ? undefined : parent.getFields()[field.name.value];
    const type = definition && getNamedType(definition.type);
    if (!definition || !field.selectionSet || !isCompositeType(type)) return 0;
    const own = parent === schema.getMutationType() ? mutationCost : 1;
    const result = (value as Record<string, unknown> | undefined)?.[field.alias?.value ?? field.name.value];
    if (data && (result === null || result === undefined)) return own;
    if (type.name.endsWith("Connection")) return own + ofConnection(field, type, result);
    if (!isListType(getNullableType(definition.type)))
      return own + ofSelections(field.selectionSet, type, result);
    const ids = argument(field, "ids");
    const elements = data
      ? (result as unknown[])
      : new Array(Array.isArray(ids) ? ids.length : 1).fill(undefined);
    return sum(elements, (one) => (one === null ? 1 : 1 + ofSelections(field.selectionSet!, type, one)));
  }

  function ofConnection(field: FieldNode, type: GraphQLCompositeType, result: unknown): number {
    const nodes = field.selectionSet!.selections.find(
      (one): one is FieldNode => one.kind === "Field" && one.name.value === "nodes",
    );
    const nodeType = isObjectType(type) ? getNamedType(type.getFields().nodes?.type) : undefined;
    if (!nodes?.selectionSet || !isCompositeType(nodeType)) return 0;
    const asked = Number(argument(field, "first") ?? argument(field, "last") ?? 10);
    const elements = data
      ? ((result as { nodes?: unknown[] }).nodes ?? [])
      : new Array(asked).fill(undefined);
    return sum(elements, (one) => 1 + ofSelections(nodes.selectionSet!, nodeType, one));
  }

  const operation = getOperationAST(document, operationName)!;
  const root = operation.operation === "mutation" ? schema.getMutationType()! : schema.getQueryType()!;
  return ofSelections(operation.selectionSet, root, data);
}

function sum(elements: readonly unknown[], costOf: (one: unknown) => number): number {
  return elements.reduce<number>((total, one) => total + costOf(one), 0);
}
