using Ftte.Samples.Shared;
using Wearables;

return await WearablesCommand.InvokeAsync(
    args, (options, cancellationToken) => new Session(options, SampleConsole.Create(), TimeProvider.System).RunAsync(cancellationToken), Console.Out, Console.Error);
