using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Runs passes over examples, with the memory and the threads of a plan.</summary>
internal sealed unsafe class TrainingSession : IDisposable
{
    private readonly WorkerPool _workers;
    private readonly FeatureCache? _cache;
    private readonly ExampleLoader _loader;

    public TrainingSession(TrainingPlan plan, EngineOptions? engine = null)
    {
        Plan = plan;
        WholeScope = new RunScope(plan.Network, plan.Selection, [.. plan.Gradients]);
        Arena = new Arena(plan.ArenaBytes, engine?.Memory ?? default);
        try
        {
            Pass = new TrainingPass
            {
                Arena = Arena.Pointer,
                Workers = plan.Settings.Threads,
                Anchor = plan.Anchor is null ? null : (float*)(Arena.Pointer + plan.Anchor.Offset),
            };
            Pass.Accumulators = plan.Accumulators is null ? null : Pass.Floats(plan.Accumulators);
            Pass.Velocity = plan.Velocity is null ? null : Pass.Floats(plan.Velocity);
            _cache = engine is { KeepsFeatures: true } && plan.Prefix is { } prefix ? new FeatureCache(prefix, engine.FeatureStore) : null;
            _loader = new ExampleLoader(plan, Pass);
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

    /// <summary>Gets or sets the action that runs each operation instead of the session and receives the moment; for tests that observe writes.</summary>
    public Action<int, Action>? Watcher { get; set; }

    public PassResult Result => Pass.Result;

    /// <summary>Gets the packed sums of gradients.</summary>
    public Span<float> Accumulators => new(Pass.Accumulators, Plan.Selection.Count);

    /// <summary>Gets the packed momentum.</summary>
    public Span<float> Velocity => new(Pass.Velocity, Pass.Velocity is null ? 0 : Plan.Selection.Count);

    /// <summary>Begins a run. Parameters, memory and kept features stay in use until it ends.</summary>
    /// <param name="frozen">The frozen parameters.</param>
    /// <param name="trained">The packed selected parameters.</param>
    /// <param name="exampleCount">The number of examples, which must not change during the run.</param>
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

        _loader.ExampleCount = exampleCount;
        return new TrainingRun(this);
    }

    /// <summary>Ends a run.</summary>
    public void End()
    {
        _loader.ExampleCount = null;
        _cache?.Exit();
        Arena.Exit();
        Pass.Frozen.Exit();
    }

    /// <summary>Runs a micro-batch forward.</summary>
    /// <param name="batch">The examples, and the random bits of their visit.</param>
    /// <param name="first">The index in the batch of the first example of the micro-batch.</param>
    /// <param name="count">The number of examples, at most the micro-batch size.</param>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network, or the number of examples changed.</exception>
    public void Forward(in ExampleBatch batch, int first, int count)
    {
        _loader.CheckCount(batch.Examples);
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

    /// <summary>Gets the scope of a run that changes the whole selection.</summary>
    public RunScope WholeScope { get; }

    /// <summary>Runs inputs forward that the caller has copied to <see cref="TrainingPlan.Input"/>.</summary>
    /// <param name="count">The number of examples, at most the micro-batch size.</param>
    /// <param name="steps">The number of steps to run.</param>
    public void Forward(int count, int steps)
    {
        (Pass.FirstExample, Pass.Examples, Pass.ExampleInBatch) = (0, count, 0);
        for (int step = 0; step < steps; step++)
        {
            RunForward(step);
        }
    }

    /// <summary>Runs the backward pass to the first step that needs a gradient.</summary>
    public void Backward() => Backward(Plan.Cut);

    /// <summary>Runs the backward pass.</summary>
    /// <param name="cut">The last step of the pass, which is the first in execution order.</param>
    public void Backward(int cut)
    {
        for (int step = Plan.Operations.Length - 1; step >= cut; step--)
        {
            if (Plan.NeedsGradient[step])
            {
                RunBackward(step);
            }
        }
    }

    /// <summary>Gets the number of classes among the examples; 0 if labels were not counted.</summary>
    public int ClassesFound { get; private set; }

    /// <summary>Counts all labels and sets the values that the loss adds to the logits, if the plan has any.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="strength">The factor of the logarithm of a class's share.</param>
    /// <exception cref="InvalidOperationException">A label is not a class of the network.</exception>
    public void CalibrateLabels(IExampleSource examples, float strength)
    {
        if (Plan.Priors is not null)
        {
            var priors = new Span<float>(Pass.Floats(Plan.Priors), Plan.Network.ClassCount);
            ClassesFound = LabelPriors.Compute(_loader, examples, strength, priors);
        }
    }

    /// <summary>Computes and stores the missing features of all examples.</summary>
    public void KeepFeatures(IExampleSource examples, CancellationToken cancellationToken)
    {
        (Pass.FirstExample, Pass.Examples, Pass.ExampleInBatch) = (0, 1, 0);
        for (int index = 0; index < _loader.ExampleCount && _cache is not null; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _loader.CheckCount(examples);
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
            _loader.Load(batch, first, n);
        }

        // With a cache, chunks are single examples.
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
        if (!_cache!.Contains(index, _loader.Inputs(0)))
        {
            return false;
        }

        if (_cache.TryRestore(Pass, index))
        {
            return true;
        }

        // Damaged features may have overwritten the inputs. The source may return other inputs now, so they are hashed again.
        _loader.Load(batch, first, 0);
        _cache.Contains(index, _loader.Inputs(0));
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
}
