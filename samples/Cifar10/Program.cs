using Cifar10;
using Ftte.Samples.Shared;

return await Cifar10Command.InvokeAsync(
    args, (options, cancellationToken) => new Session(options, SampleConsole.Create(), TimeProvider.System).RunAsync(cancellationToken), Console.Out, Console.Error);
