// Command volumes gives claims of its storage class a directory each, on the
// node that the first pod of the claim was placed on, as a local disk would
// be: it makes the volume, grows it when the claim asks for more, and removes
// the directory when the claim is gone and the class says so.
//
// It looks at everything again whenever a claim or a volume changes; there
// are few of both, and nothing is lost when it is killed in between.
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"os"
	"path/filepath"
	"time"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	storagelisters "k8s.io/client-go/listers/storage/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	provisioner   = "e2e.eddyline.dev/directories"
	madeBy        = "pv.kubernetes.io/provisioned-by"
	nodeOfThePod  = "volume.kubernetes.io/selected-node"
	hostNameLabel = "kubernetes.io/hostname"
)

type keeper struct {
	api     kubernetes.Interface
	root    string
	claims  corelisters.PersistentVolumeClaimLister
	volumes corelisters.PersistentVolumeLister
	classes storagelisters.StorageClassLister
}

func main() {
	config := flag.String("kubeconfig", "", "how the API server is reached")
	root := flag.String("root", "", "where the directories are")
	flag.Parse()
	access, err := clientcmd.BuildConfigFromFlags("", *config)
	if err != nil {
		log.Fatal(err)
	}
	api := kubernetes.NewForConfigOrDie(access)
	ctx := context.Background()
	watches := informers.NewSharedInformerFactory(api, 30*time.Second)
	claims, volumes := watches.Core().V1().PersistentVolumeClaims(), watches.Core().V1().PersistentVolumes()
	keep := keeper{api: api, root: *root, claims: claims.Lister(), volumes: volumes.Lister(), classes: watches.Storage().V1().StorageClasses().Lister()}

	changed := make(chan struct{}, 1)
	tell := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	wake := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { tell() },
		UpdateFunc: func(any, any) { tell() },
		DeleteFunc: func(any) { tell() },
	}
	for _, informer := range []cache.SharedIndexInformer{claims.Informer(), volumes.Informer()} {
		if _, err := informer.AddEventHandler(wake); err != nil {
			log.Fatal(err)
		}
	}
	watches.Start(ctx.Done())
	watches.WaitForCacheSync(ctx.Done())
	for range changed {
		if err := keep.everything(ctx); err != nil {
			log.Print(err)
			time.AfterFunc(time.Second, tell)
		}
	}
}

func (k keeper) everything(ctx context.Context) error {
	claims, err := k.claims.List(labels.Everything())
	if err != nil {
		return err
	}
	var failures []error
	for _, claim := range claims {
		failures = append(failures, k.claim(ctx, claim))
	}
	volumes, err := k.volumes.List(labels.Everything())
	if err != nil {
		return err
	}
	for _, volume := range volumes {
		failures = append(failures, k.reclaim(ctx, volume))
	}
	return errors.Join(failures...)
}

func (k keeper) claim(ctx context.Context, claim *core.PersistentVolumeClaim) error {
	if claim.Spec.StorageClassName == nil {
		return nil
	}
	class, err := k.classes.Get(*claim.Spec.StorageClassName)
	if apierrors.IsNotFound(err) || err == nil && class.Provisioner != provisioner {
		return nil
	}
	if err != nil {
		return err
	}
	node := claim.Annotations[nodeOfThePod]
	switch {
	case claim.Spec.VolumeName != "":
		return k.grow(ctx, claim)
	case node != "":
		return k.provide(ctx, claim, node, *class.ReclaimPolicy)
	}
	return nil
}

func (k keeper) provide(ctx context.Context, claim *core.PersistentVolumeClaim, node string, policy core.PersistentVolumeReclaimPolicy) error {
	name := "pvc-" + string(claim.UID)
	directory := filepath.Join(k.root, name)
	if err := os.MkdirAll(directory, 0o777); err != nil {
		return err
	}
	if err := os.Chmod(directory, 0o777); err != nil { // whatever the umask is
		return err
	}
	volume := core.PersistentVolume{ObjectMeta: meta.ObjectMeta{Name: name, Annotations: map[string]string{madeBy: provisioner}}}
	volume.Spec = core.PersistentVolumeSpec{
		AccessModes:                   claim.Spec.AccessModes,
		Capacity:                      core.ResourceList{core.ResourceStorage: claim.Spec.Resources.Requests[core.ResourceStorage]},
		PersistentVolumeReclaimPolicy: policy,
		PersistentVolumeSource:        core.PersistentVolumeSource{HostPath: &core.HostPathVolumeSource{Path: directory}},
		StorageClassName:              *claim.Spec.StorageClassName,
		ClaimRef: &core.ObjectReference{
			APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID,
		},
		NodeAffinity: &core.VolumeNodeAffinity{Required: &core.NodeSelector{NodeSelectorTerms: []core.NodeSelectorTerm{{
			MatchExpressions: []core.NodeSelectorRequirement{{Key: hostNameLabel, Operator: core.NodeSelectorOpIn, Values: []string{node}}},
		}}}},
	}
	_, err := k.api.CoreV1().PersistentVolumes().Create(ctx, &volume, meta.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// A directory has no size, so a claim that asks for more has it as soon as it is written down.
func (k keeper) grow(ctx context.Context, claim *core.PersistentVolumeClaim) error {
	volume, err := k.volumes.Get(claim.Spec.VolumeName)
	if err != nil || volume.Annotations[madeBy] != provisioner {
		return ignoreGone(err)
	}
	asked := claim.Spec.Resources.Requests[core.ResourceStorage]
	if held := volume.Spec.Capacity[core.ResourceStorage]; held.Cmp(asked) < 0 {
		larger := volume.DeepCopy()
		larger.Spec.Capacity[core.ResourceStorage] = asked
		if _, err := k.api.CoreV1().PersistentVolumes().Update(ctx, larger, meta.UpdateOptions{}); err != nil {
			return err
		}
	}
	if told := claim.Status.Capacity[core.ResourceStorage]; claim.Status.Phase != core.ClaimBound || told.Cmp(asked) >= 0 {
		return nil
	}
	larger := claim.DeepCopy()
	larger.Status.Capacity[core.ResourceStorage] = asked
	larger.Status.Conditions = nil
	_, err = k.api.CoreV1().PersistentVolumeClaims(claim.Namespace).UpdateStatus(ctx, larger, meta.UpdateOptions{})
	return err
}

func (k keeper) reclaim(ctx context.Context, volume *core.PersistentVolume) error {
	ours := volume.Annotations[madeBy] == provisioner
	if !ours || volume.Status.Phase != core.VolumeReleased || volume.Spec.PersistentVolumeReclaimPolicy != core.PersistentVolumeReclaimDelete {
		return nil
	}
	if err := os.RemoveAll(filepath.Join(k.root, volume.Name)); err != nil {
		return err
	}
	return ignoreGone(k.api.CoreV1().PersistentVolumes().Delete(ctx, volume.Name, meta.DeleteOptions{}))
}

func ignoreGone(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
