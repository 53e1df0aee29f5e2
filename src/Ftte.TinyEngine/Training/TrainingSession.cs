using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

/// <summary>A plan with memory and threads: runs passes over examples.</summary>
internal sealed unsafe class TrainingSession : IDisposable
{
    /// <summary>By how many examples more each class counts, so that one which is not there has a logarithm.</summary>
    private const float Unseen = 0.5f;

    private readonly Crew _crew;
    private readonly FeatureCache? _cache;

    public TrainingSession(TrainingPlan plan, EngineOptions? engine = null, int exampleCount = 0)
    {
        Plan = plan;
        Arena = new Arena(plan.ArenaBytes, engine?.Memory ?? default);
        Pass = new TrainingPass { Arena = Arena.Pointer, Workers = plan.Settings.Threads };
        Pass.Accumulators = plan.Accumulators is null ? null : Pass.Floats(plan.Accumulators);
        Pass.Velocity = plan.Velocity is null ? null : Pass.Floats(plan.Velocity);
        _cache = engine is { KeepsFeatures: true } && plan.Boundary.Length > 0 ? new FeatureCache(plan, exampleCount, engine.FeatureStore) : null;
        _crew = new Crew(plan.Settings.Threads);
    }

    public TrainingPlan Plan { get; }

    public Arena Arena { get; }

    public TrainingPass Pass { get; }

    /// <summary>Gets or sets what runs each operation in place of the session, given the moment; for tests that watch who writes where.</summary>
    public Action<int, Action>? Watcher { get; set; }

    public PassResult Result => Pass.Result;

    /// <summary>Gets the packed sums of gradients.</summary>
    public Span<float> Accumulators => new(Pass.Accumulators, Plan.Selection.Count);

    /// <summary>Gets the packed momentum.</summary>
    public Span<float> Velocity => new(Pass.Velocity, Pass.Velocity is null ? 0 : Plan.Selection.Count);

    /// <summary>Runs a micro-batch forward.</summary>
    /// <param name="batch">Which examples, and the random bits of their visit.</param>
    /// <param name="first">The place in the batch of the micro-batch's first example.</param>
    /// <param name="count">The number of examples, at most the micro-batch size.</param>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network.</exception>
    public void Forward(in ExampleBatch batch, int first, int count)
    {
        int chunk = Plan.Settings.PrefixExamples ?? count;
        Pass.ExampleInBatch = first;
        for (int at = 0; at < count; at += chunk)
        {
            (Pass.FirstExample, Pass.Examples) = (at, Math.Min(chunk, count - at));
            RunPrefix(batch, first);
        }

        (Pass.FirstExample, Pass.Examples) = (0, count);
        for (int step = Plan.PrefixSteps; step < Plan.Operations.Length; step++)
        {
            RunForward(step);
        }
    }

    /// <summary>Runs backward as far as a gradient is needed.</summary>
    public void Backward()
    {
        for (int step = Plan.Operations.Length - 1; step >= Plan.Cut; step--)
        {
            if (Plan.NeedsGradient[step])
            {
                RunBackward(step);
            }
        }
    }

    /// <summary>Gets the number of classes that were found among the examples; 0 if labels were not counted.</summary>
    public int ClassesFound { get; private set; }

    /// <summary>Looks at all labels and sets what the loss adds to the logits, if it is to add anything.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="strength">How many times the logarithm of a class's share.</param>
    /// <exception cref="InvalidOperationException">A label is not a class of the network.</exception>
    public void CalibrateLabels(IExampleSource examples, float strength)
    {
        if (Plan.Priors is null)
        {
            return;
        }

        Pass.FirstExample = 0;
        var priors = new Span<float>(Pass.Floats(Plan.Priors), Plan.Network.ClassCount);
        priors.Fill(Unseen);
        for (int index = 0; index < examples.Count; index++)
        {
            SetLabel(index, 0, examples.CopyTo(index, 0, Inputs(0)));
            priors[((int*)Pass.Bytes(Plan.Labels))[0]]++;
        }

        ClassesFound = 0;
        foreach (float prior in priors)
        {
            ClassesFound += prior > Unseen ? 1 : 0;
        }

        foreach (ref float prior in priors)
        {
            prior = (float)(strength * PortableMath.Log(prior / (examples.Count + (Unseen * priors.Length))));
        }
    }

    /// <summary>Drops what was kept of the frozen prefix's features, unless the frozen parameters are the same as then.</summary>
    public void CheckFeatures() => _cache?.Check(Pass.Frozen, Plan);

    /// <summary>Makes and keeps the features of all examples of which none are kept.</summary>
    public void KeepFeatures(IExampleSource examples, CancellationToken cancellationToken)
    {
        CheckFeatures();
        (Pass.FirstExample, Pass.Examples, Pass.ExampleInBatch) = (0, 1, 0);
        for (int index = 0; index < examples.Count && _cache is not null; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            RunPrefix(new ExampleBatch(examples, order: null, index, seed: null), 0);
        }
    }

    public void Dispose()
    {
        _crew.Dispose();
        _cache?.Dispose();
        Arena.Dispose();
    }

    /// <summary>Loads the examples of one chunk and runs them through the steps before the first trained one.</summary>
    private void RunPrefix(in ExampleBatch batch, int first)
    {
        for (int n = 0; n < Pass.Examples; n++)
        {
            int place = first + Pass.FirstExample + n;
            int index = batch.IndexOf(place);
            if (_cache is not null && _cache.TryRestore(Pass, index))
            {
                LoadTarget(batch, index, place, n);
                return;
            }

            Load(batch, index, place, n);
            if (_cache is { Lasts: true })
            {
                if (_cache.TryAdopt(Pass, index, Inputs(n)))
                {
                    return;
                }

                // What was read in vain may lie where the inputs were.
                Load(batch, index, place, n);
            }
        }

        for (int step = 0; step < Plan.PrefixSteps; step++)
        {
            RunForward(step);
        }

        // With a cache chunks are single examples.
        _cache?.Store(Pass, batch.IndexOf(first + Pass.FirstExample));
    }

    private void RunForward(int step)
    {
        if (Watcher is null)
        {
            _crew.Forward(Plan.Operations[step], Pass);
        }
        else
        {
            Watch(PlanBuilder.Forward(step), step, isBackward: false);
        }
    }

    private void RunBackward(int step)
    {
        if (Watcher is null)
        {
            _crew.Backward(Plan.Operations[step], Pass);
        }
        else
        {
            Watch((2 * Plan.Operations.Length) - 1 - step, step, isBackward: true);
        }
    }

    private void Watch(int moment, int step, bool isBackward) => Watcher!(moment, () =>
    {
        if (isBackward)
        {
            _crew.Backward(Plan.Operations[step], Pass);
        }
        else
        {
            _crew.Forward(Plan.Operations[step], Pass);
        }
    });

    private void Load(in ExampleBatch batch, int index, int place, int n)
    {
        Network network = Plan.Network;
        int label = batch.Examples.CopyTo(index, batch.DrawOf(place), Inputs(n));
        if (network.Loss.TakesLabels)
        {
            SetLabel(index, n, label);
        }
        else
        {
            LoadTarget(batch, index, place, n);
        }
    }

    private Span<float> Inputs(int n) => new(Pass.Floats(Plan.Input) + ((long)n * Plan.Network.InputLength), Plan.Network.InputLength);

    private void LoadTarget(in ExampleBatch batch, int index, int place, int n)
    {
        LossOperation loss = Plan.Network.Loss;
        if (loss.TakesLabels)
        {
            SetLabel(index, n, _cache!.LabelOf(index));
            return;
        }

        float* target = Pass.Floats(Plan.Labels) + ((long)n * loss.Outputs);
        ((ITargetSource)batch.Examples).CopyTargetTo(index, batch.DrawOf(place), new Span<float>(target, loss.Outputs));
    }

    private void SetLabel(int index, int n, int label)
    {
        int classes = Plan.Network.ClassCount;
        if ((uint)label >= (uint)classes)
        {
            throw new InvalidOperationException($"Example {index} has label {label}; the network tells {classes} classes apart, 0 to {classes - 1}.");
        }

        ((int*)Pass.Bytes(Plan.Labels))[n] = label;
        _cache?.SetLabel(index, label);
    }
}
