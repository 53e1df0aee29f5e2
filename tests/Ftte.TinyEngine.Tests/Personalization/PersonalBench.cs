using Ftte.TinyEngine.Personalization;
using Ftte.TinyEngine.Tests.Reference;

namespace Ftte.TinyEngine.Tests.Personalization;

/// <summary>A network with a head and normalization, and what the tests of personal parameters share.</summary>
internal static class PersonalBench
{
    public static readonly Network Net = TestNetworks.All["residual"]();
    public static readonly float[] Start = TestNetworks.Parameters(Net, 3);
    public static readonly IExampleSource Examples = TestNetworks.Examples(Net, 11, 5);
    public static readonly SgdOptions Options = new() { BatchSize = 4, Epochs = 2, Seed = 6 };

    /// <summary>A part of the network without its head, which contains a part of a block.</summary>
    public static readonly ParameterSelection Body = ParameterSelection.OfBlocks(Net.Layout, "c2.weight", "bn2.weight", "c4.bias")
        .Union(ParameterSelection.Create(Start.Length, [new(Net.Layout["c4.weight"].Range.Start + 5, 40)]));

    public static readonly ParameterSelection Head = ParameterSelection.OfBlocks(Net.Layout, "fc.weight", "fc.bias");

    public static IReadOnlyDictionary<string, PersonalizationPolicy> Policies { get; } = new Dictionary<string, PersonalizationPolicy>
    {
        ["local head"] = new LocalHead(),
        ["alternating head"] = new AlternatingHead(headEpochs: 3),
        ["local normalization"] = new LocalNormalization(),
        ["proximal copy"] = new ProximalCopy(0.5f),
        ["fine-tuning"] = new FineTuning(epochs: 3),
    };

    public static TheoryData<string> Names => [.. Policies.Keys];

    public static PersonalModel Create(string policy, IClientStateStore? store = null, NormalizationMode normalization = NormalizationMode.Frozen) =>
        new(Net, Policies[policy], store, "bench", normalization);

    /// <summary>A personal model with random values.</summary>
    public static PersonalModel CreateTrained(string policy, ulong seed)
    {
        PersonalModel model = Create(policy);
        model.Keep(model.Coordinates, TestData.Values(model.Coordinates.Count, seed));
        return model;
    }

    public static LocalTrainer Trainer(PersonalModel? model, SgdOptions? options = null, EngineOptions? engine = null) =>
        new(Net, Examples, options ?? Options, engine: engine, personal: model);

    /// <summary>Trains rounds, each from the same parameters, and returns the values of the updates.</summary>
    public static async Task<float[][]> TrainAsync(LocalTrainer trainer, ParameterSelection selection, int rounds, ulong first = 1, UpdateContent content = UpdateContent.Difference)
    {
        var updates = new List<float[]>();
        for (ulong round = first; round < first + (ulong)rounds; round++)
        {
            using SparseUpdate update = await trainer.TrainAsync(TestData.Assign(Net, selection, round, content), Start);
            updates.Add(update.Values.ToArray());
        }

        return [.. updates];
    }

    public static float[] ModelOf(PersonalModel model)
    {
        float[] parameters = new float[Start.Length];
        model.CopyTo(Start, parameters);
        return parameters;
    }

    /// <summary>Packs the difference between two dense vectors.</summary>
    public static float[] Difference(ParameterSelection selection, float[] trained, float[] received)
    {
        float[] a = new float[selection.Count], b = new float[selection.Count];
        selection.Gather(trained, a);
        selection.Gather(received, b);
        return [.. a.Zip(b, (x, y) => x - y)];
    }
}
