using Ftte.Samples.Shared;
using SelectionStudy;

return await StudyCommand.InvokeAsync(
    args, (options, cancellationToken) => new Session(options, SampleConsole.Create(), TimeProvider.System).RunAsync(cancellationToken), Console.Out, Console.Error);
