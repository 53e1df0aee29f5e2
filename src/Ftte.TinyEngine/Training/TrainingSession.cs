namespace Ftte.TinyEngine;

/// <summary>A plan with memory and threads: runs passes over examples.</summary>
internal sealed unsafe class TrainingSession : IDisposable
{
    /// <summary>By how many examples more each class counts, so that one which is not there has a logarithm.</summary>
    private const float Unseen = 0.5f;

    private readonly WorkerPool _workers;
    private readonly FeatureCache? _cache;
    private int? _exampleCount;

    public TrainingSession(TrainingPlan plan, EngineOptions? engine = null)
    {
        Plan = plan;
        Arena = new Arena(plan.ArenaBytes, engine?.Memory ?? default);
        try
        {
            Pass = new TrainingPass { Arena = Arena.Pointer, Workers = plan.Settings.Threads };
            Pass.Accumulators = plan.Accumulators is null ? null : Pass.Floats(plan.Accumulators);
            Pass.Velocity = plan.Velocity is null ? null : Pass.Floats(plan.Velocity);
            _cache = engine is { KeepsFeatures: true } && plan.Prefix is { } prefix ? new FeatureCache(prefix, engine.FeatureStore) : null;
            _workers = new WorkerPool(plan.Settings.Threads);
        }
        catch
        {
            _cache?.Dispose();
            Arena.Dispose();
            throw;
        }
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

    /// <summary>Begins a run. Parameters, memory and kept features are held until it ends.</summary>
    /// <param name="frozen">The frozen parameters.</param>
    /// <param name="trained">The packed selected parameters.</param>
    /// <param name="exampleCount">The number of examples, which stays the same during the run.</param>
    /// <exception cref="ObjectDisposedException">The parameters or the feature store were disposed.</exception>
    /// <exception cref="InvalidOperationException">Another run uses the feature store or the supplied memory.</exception>
    public TrainingRun Begin(FrozenParameters frozen, float* trained, int exampleCount)
    {
        frozen.Enter();
        try
        {
            Arena.Enter();
            try
            {
                Pass.Bind(frozen, trained);
                _cache?.Enter(Pass, exampleCount);
            }
            catch
            {
                Arena.Exit();
                throw;
            }
        }
        catch
        {
            frozen.Exit();
            throw;
        }

        _exampleCount = exampleCount;
        return new TrainingRun(this);
    }

    /// <summary>Ends a run.</summary>
    public void End()
    {
        _exampleCount = null;
        _cache?.Exit();
        Arena.Exit();
        Pass.Frozen.Exit();
    }

    /// <summary>Runs a micro-batch forward.</summary>
    /// <param name="batch">Which examples, and the random bits of their visit.</param>
    /// <param name="first">The place in the batch of the micro-batch's first example.</param>
    /// <param name="count">The number of examples, at most the micro-batch size.</param>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network, or the number of examples changed.</exception>
    public void Forward(in ExampleBatch batch, int first, int count)
    {
        CheckCount(batch.Examples);
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
        CheckCount(examples);
        int count = examples.Count;
        for (int index = 0; index < count; index++)
        {
            SetLabel(index, 0, Read(examples, index, 0, Inputs(0)));
            priors[((int*)Pass.Bytes(Plan.Labels))[0]]++;
        }

        ClassesFound = 0;
        foreach (float prior in priors)
        {
            ClassesFound += prior > Unseen ? 1 : 0;
        }

        foreach (ref float prior in priors)
        {
            prior = (float)(strength * PortableMath.Log(prior / (count + (Unseen * priors.Length))));
        }
    }

    /// <summary>Computes and keeps the features of all examples of which none are kept.</summary>
    public void KeepFeatures(IExampleSource examples, CancellationToken cancellationToken)
    {
        (Pass.FirstExample, Pass.Examples, Pass.ExampleInBatch) = (0, 1, 0);
        for (int index = 0; index < _exampleCount && _cache is not null; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            CheckCount(examples);
            RunPrefix(new ExampleBatch(examples, order: null, index, seed: null), 0);
        }
    }

    public void Dispose()
    {
        _workers.Dispose();
        _cache?.Dispose();
        Arena.Dispose();
    }

    /// <summary>Loads the examples of one chunk and runs them through the steps before the first trained one.</summary>
    private void RunPrefix(in ExampleBatch batch, int first)
    {
        for (int n = 0; n < Pass.Examples; n++)
        {
            Load(batch, first, n);
        }

        // With a cache chunks are single examples.
        int index = batch.IndexOf(first + Pass.FirstExample);
        if (_cache is not null && TryRestore(batch, first, index))
        {
            return;
        }

        for (int step = 0; step < Plan.PrefixSteps; step++)
        {
            RunForward(step);
        }

        _cache?.Store(Pass, index);
    }

    private bool TryRestore(in ExampleBatch batch, int first, int index)
    {
        if (!_cache!.Contains(index, Inputs(0)))
        {
            return false;
        }

        if (_cache.TryRestore(Pass, index))
        {
            return true;
        }

        // What was read in vain may lie where the inputs were. The source may return other inputs now, so they are hashed again.
        Load(batch, first, 0);
        _cache.Contains(index, Inputs(0));
        return false;
    }

    private void RunForward(int step)
    {
        if (Watcher is null)
        {
            _workers.Forward(Plan.Operations[step], Pass);
        }
        else
        {
            Watch(PlanBuilder.ForwardMomentOf(step), step, isBackward: false);
        }
    }

    private void RunBackward(int step)
    {
        if (Watcher is null)
        {
            _workers.Backward(Plan.Operations[step], Pass);
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
            _workers.Backward(Plan.Operations[step], Pass);
        }
        else
        {
            _workers.Forward(Plan.Operations[step], Pass);
        }
    });

    private void Load(in ExampleBatch batch, int first, int n)
    {
        int place = first + Pass.FirstExample + n, index = batch.IndexOf(place);
        ulong draw = batch.DrawOf(place);
        int label = Read(batch.Examples, index, draw, Inputs(n));
        LossOperation loss = Plan.Network.Loss;
        if (loss.TakesLabels)
        {
            SetLabel(index, n, label);
            return;
        }

        float* target = Pass.Floats(Plan.Labels) + ((long)n * loss.Outputs);
        ((ITargetSource)batch.Examples).CopyTargetTo(index, draw, new Span<float>(target, loss.Outputs));
    }

    private int Read(IExampleSource examples, int index, ulong draw, Span<float> inputs)
    {
        try
        {
            return examples.CopyTo(index, draw, inputs);
        }
        catch (Exception failure) when (failure is not OperationCanceledException && HasOtherCount(examples))
        {
            throw OtherCount(examples, failure);
        }
    }

    private void CheckCount(IExampleSource examples)
    {
        if (HasOtherCount(examples))
        {
            throw OtherCount(examples, failure: null);
        }
    }

    private bool HasOtherCount(IExampleSource examples) => _exampleCount is { } count && examples.Count != count;

    private InvalidOperationException OtherCount(IExampleSource examples, Exception? failure) => new(
        $"The number of examples changed from {_exampleCount} to {examples.Count} during a run. Add and remove examples between runs only.", failure);

    private Span<float> Inputs(int n) => new(Pass.Floats(Plan.Input) + ((long)n * Plan.Network.InputLength), Plan.Network.InputLength);

    private void SetLabel(int index, int n, int label)
    {
        int classes = Plan.Network.ClassCount;
        if ((uint)label >= (uint)classes)
        {
            throw new InvalidOperationException($"Example {index} has label {label}; the network tells {classes} classes apart, 0 to {classes - 1}.");
        }

        ((int*)Pass.Bytes(Plan.Labels))[n] = label;
    }
}
