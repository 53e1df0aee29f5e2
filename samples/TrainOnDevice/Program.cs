using Ftte.Samples.Shared;
using TrainOnDevice;

return await TrainCommand.InvokeAsync(
    args, (options, cancellationToken) => new Session(options, SampleConsole.Create(), TimeProvider.System).Run(cancellationToken), Console.Out, Console.Error);
