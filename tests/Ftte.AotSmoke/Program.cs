// Runs one of everything that ahead-of-time compilation could have broken.
using System.Buffers;
using Ftte;
using Ftte.Aggregation;
using Ftte.AotSmoke;
using Ftte.Selection;
using Ftte.TinyEngine;
using Ftte.Wire;

if (args is [ResidentSet.Argument, var model, var part])
{
    ResidentSet.Grow(model, part);
    return;
}

Network network = Network.Build(inputs: 4).Linear("hidden", 8).Relu().Linear("class", 2).SoftmaxCrossEntropy();
var start = new ModelSnapshot(network.Layout, default, network.Initialize(seed: 1));
var request = new SelectionRequest(
    network.Profile(batchSize: 4),
    new BlockImportance(network.Layout, 1, 1, 1, 1),
    network.Plan(ParameterSelection.Full(network.Layout), 4).PeakBytes);
SelectionResult chosen = new ExactSelector().Select(request);
Check(SelectionVerifier.FindFaults(request, chosen).Count == 0, "a selection is verified");
var selections = new SelectionHistory(chosen.Selection);
await using var server = new FederatedServer(new BufferedAggregator(start, selections, new() { Capacity = 2, Optimizer = ServerOptimizer.Adam() }), selections);
var examples = new ArrayExamples(new float[] { 1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 1, 1 }, new[] { 0, 1, 0, 1 }, inputLength: 4);
foreach (string name in new[] { "first", "second" })
{
    using var trainer = new LocalTrainer(network, examples);
    var client = new FederatedClient(server, trainer, new() { ClientId = new(name), MemoryBudgetBytes = 1 << 20 });
    ClientRound round = await client.RunOnceAsync();
    Check(round.Receipt is { IsAccepted: true }, $"the update of {name} is accepted");
}

Check(server.Current.Version.Number == 1, "two updates make a version");
using (Predictor predictor = network.CreatePredictor(server.Current.Parameters, new() { EmbeddingLayer = "hidden.relu" }))
{
    float[] probabilities = new float[2], embedding = new float[8];
    int predicted = predictor.Predict([1, 0, 0, 1], probabilities);
    predictor.Predict([1, 0, 0, 1], new PredictionBuffers { Embeddings = embedding });
    Check(probabilities[predicted] >= 0.5f && Math.Abs(probabilities.Sum() - 1) < 1e-6f, "a prediction is the most probable class");
    Check(embedding.Any(value => value > 0), "an embedding is computed");
}

foreach (ValueFormat format in Enum.GetValues<ValueFormat>())
{
    var header = new UpdateHeader(new("wire"), new(7), network.Layout.Fingerprint, new(1), new(0), 3);
    using var sent = SparseUpdate.Create(header, new float[chosen.Selection.Count]);
    var bytes = new ArrayBufferWriter<byte>();
    UpdateMessage.Write(bytes, sent, format, seed: 1);
    using SparseUpdate read = UpdateMessage.Read(bytes.WrittenSpan);
    Check(read.Header == header, $"an update survives the wire as {format}");
}

// An emulator cannot start the program again, and has memory of its own.
Check(args is ["emulated"] || ResidentSet.Check(), "the process grows by what the plan says");
Console.WriteLine($"AOT smoke: everything works; model {server.Current.Fingerprint:x16}");

static void Check(bool holds, string what)
{
    if (!holds)
    {
        Console.Error.WriteLine($"Broken: {what}.");
        Environment.Exit(1);
    }
}
