using Ftte.Samples.Shared;
using MemoryPlan;

return await PlanCommand.InvokeAsync(
    args, (options, cancellationToken) => new Session(options, SampleConsole.Create(), TimeProvider.System).Run(cancellationToken), Console.Out, Console.Error);
