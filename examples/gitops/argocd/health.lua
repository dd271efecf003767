-- How Argo CD reads the health of a KafkaCluster, Topic or KafkaRebalance: by kstatus's conditions, the same for all kinds.
local health = { status = "Progressing", message = "waiting for the operator" }
local status = obj.status
if status == nil or status.conditions == nil or status.observedGeneration ~= obj.metadata.generation then
  return health
end
local said = {}
for _, condition in ipairs(status.conditions) do
  said[condition.type] = condition
end
local function is(name)
  return said[name] ~= nil and said[name].status == "True"
end
if is("Paused") then
  return { status = "Suspended", message = said.Paused.message }
end
if is("Stalled") then
  return { status = "Degraded", message = said.Stalled.reason .. ": " .. said.Stalled.message }
end
if is("Reconciling") then
  return { status = "Progressing", message = said.Reconciling.reason .. ": " .. said.Reconciling.message }
end
if is("Ready") then
  return { status = "Healthy", message = said.Ready.message }
end
if said.Ready ~= nil and said.Ready.reason == "Hibernated" then
  return { status = "Suspended", message = said.Ready.message }
end
if said.Ready ~= nil and said.Ready.status == "False" then
  return { status = "Degraded", message = said.Ready.reason .. ": " .. said.Ready.message }
end
return health
