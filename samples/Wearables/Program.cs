using Ftte.Samples.Shared;
using Wearables;
using Wearables.Privacy;

return await WearablesCommand.InvokeAsync(
    args,
    (options, cancellationToken) => options.Scenario == Scenario.Privacy
        ? new PrivacySession(options, SampleConsole.Create(), TimeProvider.System).RunAsync(cancellationToken)
        : new Session(options, SampleConsole.Create(), TimeProvider.System).RunAsync(cancellationToken),
    Console.Out,
    Console.Error);
