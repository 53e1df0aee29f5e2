using System.Collections.Immutable;
using Ftte.Selection;
using Ftte.Simulation.Journal;
using Ftte.TinyEngine;
using Ftte.TinyEngine.Personalization;
using Ftte.Wire;
using static Ftte.Simulation.Tests.Runs;

namespace Ftte.Simulation.Tests;

/// <summary>Every policy with every rule, rotating selections, int8 uploads, and a run that is stopped and resumed.</summary>
public sealed class PersonalRunTests : IDisposable
{
    private static readonly ModelSnapshot Start = new(PersonalTask.Network.Layout, default, PersonalTask.Network.Initialize(1));

    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("ftte-personal-").FullName, "run.journal");

    public static TheoryData<string, string> All => CrossWithRules("local head", "alternating head", "local normalization", "proximal copy", "fine-tuning");

    public static TheoryData<string, string> Replacing => CrossWithRules("local head", "alternating head", "local normalization");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_resumed_run_with_rotating_selections_and_int8_has_the_same_bits_and_personal_models(string rule, string name)
    {
        string expected = Print(await RunAsync(new PersonalTask(Of(name)), rule));
        using var stop = new CancellationTokenSource();
        int left = 20;
        var task = new PersonalTask(Of(name))
        {
            OnTrain = () =>
            {
                if (Interlocked.Decrement(ref left) == 0)
                {
                    stop.Cancel();
                }
            },
        };
        Assert.False((await RunAsync(task, rule, new RunJournal(_path, name), cancellationToken: stop.Token)).IsComplete);
        Assert.Equal(expected, Print(await RunAsync(new PersonalTask(Of(name)), rule, new RunJournal(_path, name))));
    }

    [Theory]
    [MemberData(nameof(Replacing))]
    public async Task The_server_keeps_its_start_values_of_personal_blocks(string rule, string name)
    {
        var task = new PersonalTask(Of(name));
        SimulationResult result = await RunAsync(task, rule);
        ParameterSelection personal = task.Personal(new MemoryStateStore()).Coordinates;
        float[] before = new float[personal.Count], after = new float[personal.Count];
        personal.Gather(Start.Parameters.Span, before);
        personal.Gather(result.Model!.Parameters.Span, after);
        Assert.Equal(before, after);
        Assert.NotEqual(Start.Parameters.ToArray(), result.Model.Parameters.ToArray());
    }

    /// <summary>Half of the devices swap the labels, so no shared model can be good for all.</summary>
    [Theory]
    [InlineData("local head")]
    [InlineData("alternating head")]
    [InlineData("proximal copy")]
    public async Task Personal_models_learn_what_a_shared_model_cannot(string name)
    {
        var task = new PersonalTask(Of(name));
        SimulationResult result = await RunAsync(task, versions: 150);
        ImmutableArray<ModelQuality> personal = await Simulator.EvaluateDevicesAsync(result, task, threads: 2);
        ImmutableArray<ModelQuality> shared = await Simulator.EvaluateDevicesAsync(result with { DeviceStates = [.. result.DeviceStates.Select(_ => default(ReadOnlyMemory<byte>))] }, task);
        Assert.True(personal.Average(q => q.Accuracy) > shared.Average(q => q.Accuracy) + 0.1, $"{personal.Average(q => q.Accuracy)}, {shared.Average(q => q.Accuracy)}");
    }

    [Theory]
    [InlineData("proximal copy")]
    [InlineData("fine-tuning")]
    public async Task A_copy_changes_no_bit_of_the_shared_model(string name)
    {
        SimulationResult personal = await RunAsync(new PersonalTask(Of(name))), other = await RunAsync(new PersonalTask(new FineTuning(epochs: 9)));
        Assert.Equal(other.Model!.Parameters.ToArray(), personal.Model!.Parameters.ToArray());
    }

    private static TheoryData<string, string> CrossWithRules(params string[] policies)
    {
        var cases = new TheoryData<string, string>();
        foreach (string rule in (string[])["FTTE", "FedAvg", "FedBuff", "FedAsync"])
        {
            Array.ForEach(policies, policy => cases.Add(rule, policy));
        }

        return cases;
    }

    private static PersonalizationPolicy Of(string name) => name switch
    {
        "local head" => new LocalHead(),
        "alternating head" => new AlternatingHead(headEpochs: 2),
        "local normalization" => new LocalNormalization(),
        "proximal copy" => new ProximalCopy(0.1f),
        _ => new FineTuning(),
    };

    private static string Print(SimulationResult result) => Fingerprint(result) + string.Join('\n', result.DeviceStates.Select(state => Convert.ToHexString(state.Span)));

    private static Task<SimulationResult> RunAsync(PersonalTask task, string name = "FTTE", RunJournal? journal = null, int versions = 25, CancellationToken cancellationToken = default)
    {
        Network network = PersonalTask.Network;
        ParameterSelection shared = task.Personal(new MemoryStateStore()).Shared;
        double[] importance = [.. network.Layout.Blocks.Select(block => shared.Contains(block.Range.Start) ? 1.0 : 0.0)];
        SimulationRule rule = name switch
        {
            "FedAvg" => SimulationRule.FedAvg(shared, cohort: 4),
            "FedBuff" => SimulationRule.FedBuff(shared, capacity: 4, concurrency: 6),
            "FedAsync" => SimulationRule.FedAsync(shared, concurrency: 6),
            _ => SimulationRule.Ftte(shared, capacity: 4, concurrency: 6),
        };
        rule = rule with
        {
            Up = ValueFormat.Int8,
            Reselection = new ReselectionOptions
            {
                Profile = network.Profile(PersonalTask.Options),
                Importance = new BlockImportance(network.Layout, importance),
                Selector = new RotatingSelector(seed: 3),
                EveryVersions = 4,
                Probes = 0,
                MemoryBudgetBytes = 1 << 20,
                PayloadBudgetBytes = 4 * (shared.Count - 5),
            },
        };
        var options = new SimulationOptions { MaxVersions = versions, Seed = 3, Threads = 2, Journal = journal };
        return Simulator.RunAsync(rule, Start, ToyTask.Devices(8), task, options, cancellationToken);
    }
}
