using Ftte.Samples.Shared;
using ZooLearning;

return await ZooCommand.InvokeAsync(
    args, (options, cancellationToken) => new Session(options, SampleConsole.Create(), TimeProvider.System).RunAsync(cancellationToken), Console.Out, Console.Error);
