using Cifar10;
using Cifar10.Converge;
using Cifar10.Scenarios;
using Ftte.Samples.Shared;

return await Cifar10Command.InvokeAsync(
    args, (options, cancellationToken) => options.Scenario is ScenarioName.Converge or ScenarioName.ConvergeTune
        ? new ConvergeSession(options, SampleConsole.Create(), TimeProvider.System).RunAsync(cancellationToken)
        : new Session(options, SampleConsole.Create(), TimeProvider.System).RunAsync(cancellationToken), Console.Out, Console.Error);
