using Cifar10;
using MemoryPlan;
using Quickstart;
using SelectionStudy;
using TrainOnDevice;
using Wearables;
using ZooLearning;

namespace Ftte.Samples.Tests.Shared;

/// <summary>The command lines of all samples that have options, so that one test covers them.</summary>
internal static class Sample
{
    /// <summary>Gets the names of the samples.</summary>
    public static IReadOnlyList<string> Names { get; } = ["Quickstart", "TrainOnDevice", "MemoryPlan", "SelectionStudy", "Cifar10", "ZooLearning", "Wearables"];

    /// <summary>Reads arguments as the sample does.</summary>
    /// <param name="name">The name of the sample.</param>
    /// <param name="args">The arguments.</param>
    /// <param name="run">Replaces the work.</param>
    /// <param name="output">Receives the help.</param>
    /// <param name="error">Receives the errors.</param>
    /// <returns>The exit code.</returns>
    public static Task<int> InvokeAsync(string name, string[] args, Func<CancellationToken, int> run, TextWriter output, TextWriter error) => name switch
    {
        "Quickstart" => QuickstartCommand.InvokeAsync(args, (_, token) => Task.FromResult(run(token)), output, error),
        "TrainOnDevice" => TrainCommand.InvokeAsync(args, (_, token) => run(token), output, error),
        "MemoryPlan" => PlanCommand.InvokeAsync(args, (_, token) => run(token), output, error),
        "SelectionStudy" => StudyCommand.InvokeAsync(args, (_, token) => Task.FromResult(run(token)), output, error),
        "Cifar10" => Cifar10Command.InvokeAsync(args, (_, token) => Task.FromResult(run(token)), output, error),
        "ZooLearning" => ZooCommand.InvokeAsync(args, (_, token) => Task.FromResult(run(token)), output, error),
        "Wearables" => WearablesCommand.InvokeAsync(args, (_, token) => Task.FromResult(run(token)), output, error),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such sample."),
    };
}
