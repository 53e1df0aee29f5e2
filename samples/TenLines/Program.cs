using Ftte;
using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.TinyEngine;

// Eight devices learn in a federation to classify points inside a circle; each device has only its own points.
Network network = Network.Build(inputs: 2).Linear("hidden", 32).Relu().Linear("class", 2).SoftmaxCrossEntropy();
var selections = new SelectionHistory(ParameterSelection.Full(network.Layout));
var model = new ModelSnapshot(network.Layout, default, network.Initialize(seed: 1));
await using var server = new FederatedServer(new BufferedAggregator(model, selections, new() { Capacity = 4 }), selections);
FederatedClient[] devices = [.. Enumerable.Range(0, 8).Select(i => new FederatedClient(
    server, new LocalTrainer(network, Points(i), new() { LearningRate = 0.3f }), new() { ClientId = new($"device-{i}"), MemoryBudgetBytes = 1 << 20 }))];
for (int round = 0; round < 400; round++)
    await devices[round % 8].RunOnceAsync();
Console.WriteLine($"{server.Current.Version}: accuracy {network.Evaluate(server.Current.Parameters.Span, Points(8)).Accuracy:P0}");
using Predictor predictor = network.CreatePredictor(server.Current);
Console.WriteLine($"The point (0.2, 0.3) is {(predictor.Predict([0.2f, 0.3f]) == 1 ? "inside" : "outside")}.");

static ArrayExamples Points(int device)
{
    var random = new Random(device);
    float[] xy = [.. Enumerable.Range(0, 400).Select(_ => (random.NextSingle() * 2) - 1)];
    int[] inside = [.. xy.Chunk(2).Select(p => (p[0] * p[0]) + (p[1] * p[1]) < 0.6f ? 1 : 0)];
    return new ArrayExamples(xy, inside, inputLength: 2);
}
