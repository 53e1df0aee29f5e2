using Ftte.Samples.Shared;
using Quickstart;

return await QuickstartCommand.InvokeAsync(
    args, (options, cancellationToken) => new Session(options, SampleConsole.Create(), TimeProvider.System).RunAsync(cancellationToken), Console.Out, Console.Error);
